/** What `GET /sandbox/api/_control` prints: the whole of fault making, to be tried with curl. */
export const controlGuide = `The sandbox can be told to fail. B is this page's address (…/sandbox/api/_control), J is -H 'content-type: application/json'.

FAULTS   curl B/faults                                list the rules, with how many requests matched
         curl B/faults $J -d '{"match": …, "action": …}'   add a rule; the oldest rule that fires is played
         curl -X DELETE B/faults        or B/faults/3   take them away
         curl -X POST B/release         or B/release/3  let held requests go on

 match (all optional): path "/emails" or "/emails/batch", method (POST unless told), keyPrefix, bodyContains, apiKey,
   skip (let so many matching requests pass first, 0), times (a number, 1, or "always")
 action:
   {"kind":"status","status":503}                     any status; name, message, headers, body (sent as it is), accept (first)
   {"kind":"timeout-before"}                          never accept, never answer
   {"kind":"timeout-after"}                           accept, never answer
   {"kind":"reset-before"}  {"kind":"reset-after"}    cut the connection before or after accepting
   {"kind":"reset-after-headers"}                     accept, headers and half a body, then cut
   {"kind":"truncated"}  {"kind":"html-200"}          accept, 200 with half the JSON, or with HTML
   {"kind":"wrong-count","ids":"more"}                accept, 200 with more, fewer or duplicate ids
   {"kind":"slow","everyMs":1000}                     accept, one byte at a time
   {"kind":"hold"}  {"kind":"hold-before"}            answer, or accept and answer, when released
   {"kind":"delay","ms":500}                          go on after a while; the key counts as running meanwhile
   {"kind":"reject-item","contains":"ada@"}           refuse mails that contain it

 Recipes
   a storm of proxy errors   {"match":{"times":30},"action":{"kind":"status","status":502,"body":"<h1>Bad gateway</h1>"}}
   taken, then a 500         {"action":{"kind":"status","status":500,"accept":true}}
   the day's quota is used   {"match":{"skip":1,"times":"always"},"action":{"kind":"status","status":429,"name":"daily_quota_exceeded"}}
   too many, wait 3 seconds  {"action":{"kind":"status","status":429,"headers":{"retry-after":"3"}}}
   a key is revoked          {"match":{"apiKey":"re_old","times":"always"},"action":{"kind":"status","status":403,"name":"invalid_api_key"}}

RATE     curl -X PUT B/rate-limit $J -d '{"limit": 2}'     requests a second, for all callers together

DOMAINS  curl -X PUT B/domains $J -d '{"name": "example.com", "status": "pending"}'
                                                         a sender's domain: verified, pending, not_started, failed,
                                                         partially_verified, partially_failed, temporary_failure, or gone

WEBHOOKS curl -X PUT B/webhooks $J -d '{"paused": true}'   hold all back, or let them go
         curl B/webhooks/replay $J -d '{"mailId": "…"}'     send events of a mail again (also id, type, times), same svix-id, now
         curl B/webhooks/events $J -d '{"mailId": "…", "type": "email.bounced", "data": {"bounce": {"type": "Transient"}}}'
                                                         a further event of a mail
         curl B/webhooks/send $J -d '{"body": "{}"}'       anything at all, now; also svixId, secret, ageSeconds (may be negative),
                                                         headers, signature: good | missing | v2-only | forged

LEDGER   curl …/sandbox/api/_ledger?tag_name=issue_id       what was accepted, a JSON line a mail (also tag_value)
         curl …/sandbox/api/_ledger/requests              what was asked, a JSON line a request
`;
