/** The lines that a comparison prints, and how many of them are red. */
import { times } from './statistics.ts';

const RED = 1.5;

export class Table {
  /** Lines whose ratio is so far off that the command fails. */
  red = 0;

  head(title: string, columns: readonly [string, string]): void {
    console.log(`\n${title.padEnd(34)}${cells([...columns, 'ratio', 'aim'])}`);
  }

  /** @param aim for the ratio, where the line has one: only then can it be red */
  line(title: string, way: string, values: readonly [string, string], ratio: number, aim?: number): void {
    if (aim !== undefined && ratio >= RED) this.red += 1;
    this.#print(title, way, [...values, times(ratio), aim === undefined ? '' : times(aim)]);
  }

  /** The same where more is better. */
  rate(title: string, way: string, values: readonly [string, string], ratio: number, aim?: number): void {
    if (aim !== undefined && ratio <= 1 / RED) this.red += 1;
    this.#print(title, way, [...values, times(ratio), aim === undefined ? '' : times(aim)]);
  }

  #print(title: string, way: string, values: readonly string[]): void {
    console.log(`${title.padEnd(21)}${way.padEnd(13)}${cells(values)}`);
  }

  note(text: string): void {
    console.log(`  ${text}`);
  }

  /** @returns the exit code */
  end(): number {
    if (this.red > 0) console.log(`\n${this.red} ratios are ${times(RED)} or more off`);
    return this.red > 0 ? 1 : 0;
  }
}

function cells(values: readonly string[]): string {
  return values.map((value) => value.padStart(10)).join('');
}
