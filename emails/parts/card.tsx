import { createContext, type ReactNode, useContext } from 'react';
import { cardMarks } from '../slots.ts';

/** Whether cards carry their cut marks: yes for a revision, no where a person looks at the whole mail. */
export const CutMarks = createContext(false);

/** A part of the mail that a variant may leave out. */
export function Card({ position, children }: { position: number; children: ReactNode }) {
  const isCut = useContext(CutMarks);
  const marks = cardMarks(position);
  return (
    <>
      {isCut ? marks.begin : null}
      {children}
      {isCut ? marks.end : null}
    </>
  );
}
