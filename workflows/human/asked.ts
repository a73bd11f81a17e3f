/** What has been asked at a place, in this execution or an earlier one: the ids of its requirements. */
import type { RequirementKind } from '../protocol/requirement.ts';
import type { Place } from './place.ts';

type Asked = { readonly [Kind in RequirementKind]?: string };
const ASKED = 'asked';

/** The newest of this kind. */
export function askedAt(place: Place, kind: RequirementKind): string | undefined {
  return place.recall<Asked>(ASKED)?.[kind];
}

export function keepAsked(place: Place, kind: RequirementKind, id: string): void {
  place.keep<Asked>(ASKED, { ...place.recall<Asked>(ASKED), [kind]: id });
}

/** At the place and in all its parts. */
export function askedWithin(place: Place): string[] {
  return place.all(ASKED).flatMap((each) => Object.values(each as Asked));
}
