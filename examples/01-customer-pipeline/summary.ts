/** What was decided in a run: when, by whom, about what. */
import type { Json } from 'holdpoint';
import type { Requirement, Run } from 'holdpoint/client';

export function asText(content: Json): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** A table, a line per requirement. */
export function decisions({ stepRequirements }: Run): string[] {
  const rows = stepRequirements.map((each) => [
    each.resolvedAt === undefined ? 'open' : new Date(each.resolvedAt).toLocaleTimeString('en-GB'),
    each.resolvedBy ?? 'nobody',
    each.stepName,
    `${each.kind.replaceAll('_', ' ')}: ${each.resolution ?? 'open'}${details(each)}`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

function details({ userInput, selectedChoices, rejectionFeedback }: Requirement): string {
  const values = Object.entries(userInput ?? {}).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const parts = [
    ...values,
    ...(selectedChoices ?? []),
    ...(rejectionFeedback ? [JSON.stringify(rejectionFeedback)] : []),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}
