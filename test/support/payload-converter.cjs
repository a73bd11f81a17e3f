/** A payload converter of a user's own, with an encoding that no other can read. */
const { CompositePayloadConverter, UndefinedPayloadConverter } = require('@temporalio/common');

const ENCODING = 'json/wrapped';
const encoder = new TextEncoder();

class Wrapped {
  encodingType = ENCODING;

  toPayload(value) {
    return { metadata: { encoding: encoder.encode(ENCODING) }, data: encoder.encode(JSON.stringify({ wrapped: value })) };
  }

  fromPayload({ data }) {
    return JSON.parse(new TextDecoder().decode(data)).wrapped;
  }
}

exports.payloadConverter = new CompositePayloadConverter(new UndefinedPayloadConverter(), new Wrapped());
