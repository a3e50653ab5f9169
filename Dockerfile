FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY emails emails
COPY migrations migrations
COPY src src
COPY workers workers
RUN npm run build

# Without the optional packages: the embedded Postgres is for laptops. tsx comes along for whoever runs the npm scripts from the
# sources with the production packages alone; what is built here does not use it, so nothing has to be set up by install scripts.
FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
# How hints tell people to call a command: as docker-compose.yml names things.
ENV VERDICTS_CALL="docker compose run --rm worker"
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist dist
RUN mkdir data && chown node:node data
USER node
EXPOSE 3000
ENTRYPOINT ["node", "dist/src/cli.js"]
CMD ["start"]
