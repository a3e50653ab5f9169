import type { ToolPart } from '../weekly-issue-props.ts';
import { Words } from './words.tsx';

interface ToolHeadProps {
  tool: ToolPart;
  as: 'h2' | 'h3';
  size?: 16 | 20;
  /** Pixels of space above. */
  top?: number;
}

/** A tool's name, its category and what it is. */
export function ToolHead({ tool, as, size = 20, top = 4 }: ToolHeadProps) {
  return (
    <>
      <Words as={as} size={size} top={top}>
        <bdi>{tool.name}</bdi>
      </Words>
      {tool.what && <Words top={4}>{tool.what}</Words>}
      {tool.category && (
        <Words size={13} tone="muted" top={4}>
          {tool.category}
        </Words>
      )}
    </>
  );
}
