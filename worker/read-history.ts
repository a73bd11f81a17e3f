/** Histories as JSON: the format of `temporal workflow show --output json` and of the SDK's `historyToJSON`. */
import { createRequire } from 'node:module';
import proto, { type temporal } from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root.js';

export type History = temporal.api.history.v1.IHistory;

interface ProtoJson {
  readonly fromJson: (type: unknown, json: unknown, options: { readonly ignoreUnknownFields: boolean }) => History;
}

/**
 * Not the SDK's `historyFromJSON`: npm gives @temporalio/common and @temporalio/proto a protobufjs each, and neither
 * knows the types of the other ("type must be a Type"). This is the one of @temporalio/proto, where the types are.
 * @throws what is wrong with it
 */
export function readHistory(json: string): History {
  const ofProto = createRequire(createRequire(import.meta.url).resolve('@temporalio/proto'));
  const { fromJson } = ofProto('protobufjs/ext/protojson') as ProtoJson;
  const root = patchProtobufRoot(proto as never) as { lookupType(name: string): unknown };
  return fromJson(root.lookupType('temporal.api.history.v1.History'), JSON.parse(json), { ignoreUnknownFields: true });
}
