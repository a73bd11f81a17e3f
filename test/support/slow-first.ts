/** Tests that start programs, one after the other, take longest. They come first, so that none is alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const SLOW = /\/test\/(demo|web-ui|worker|conformance)\//;

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => (SLOW.test(moduleId) ? 0 : 1);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
