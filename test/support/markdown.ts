/** Markdown as a reader of CommonMark takes it apart, as far as code fences go. */

/** The text outside of code fences, which would be rendered as markup, and what stands in each fence. */
export function fences(markdown: string): { readonly markup: string; readonly boxes: readonly string[] } {
  const markup: string[] = [];
  const boxes: string[] = [];
  let box: { readonly mark: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    const mark = /^ {0,3}(`{3,})/.exec(line)?.[1];
    if (!box && mark) box = { mark, lines: [] };
    else if (!box) markup.push(line);
    else if (mark && mark.length >= box.mark.length && line.trim() === mark) {
      boxes.push(box.lines.join('\n'));
      box = undefined;
    } else box.lines.push(line);
  }
  if (box) throw new Error('a fence was left open');
  return { markup: markup.join('\n'), boxes };
}
