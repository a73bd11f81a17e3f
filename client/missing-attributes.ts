/**
 * Which of holdpoint's search attributes a namespace lacks. Temporal Cloud keeps the operator service to itself, and so may
 * any cluster that checks permissions; there a list that is filtered by an attribute tells.
 */
import type { ConnectionLike } from '@temporalio/client';
import { ATTRIBUTES, type Attribute } from './search-attributes.ts';
import { GRPC, grpcCode } from './server-call.ts';

type Services = Pick<ConnectionLike, 'workflowService' | 'operatorService'>;

/** Of a service that is not there, or not for us. */
const CLOSED: readonly (number | undefined)[] = [GRPC.permissionDenied, GRPC.unimplemented];

/** @throws where one has another type, and what the requests throw */
export async function missingAttributes(services: Services, namespace: string): Promise<readonly Attribute[]> {
  try {
    return await unlisted(services, namespace);
  } catch (error) {
    if (!CLOSED.includes(grpcCode(error))) throw error;
    return await unknownToFilters(services, namespace);
  }
}

async function unlisted({ operatorService }: Services, namespace: string): Promise<readonly Attribute[]> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const taken = ATTRIBUTES.find(({ name, wire }) => name in customAttributes && customAttributes[name] !== wire);
  if (taken) {
    const remove = `temporal operator search-attribute remove --namespace ${namespace} --name ${taken.name}`;
    throw new Error(`${taken.name} exists with another type than ${taken.cli}; first: ${remove}`);
  }
  return ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
}

async function unknownToFilters({ workflowService }: Services, namespace: string): Promise<readonly Attribute[]> {
  const isKnown = async ({ name, value }: Attribute) => {
    // No workflow needs to be looked at for it.
    const query = `WorkflowId = 'holdpoint' AND ${name} = '${value}'`;
    try {
      await workflowService.countWorkflowExecutions({ namespace, query });
      return true;
    } catch (error) {
      if (grpcCode(error) !== GRPC.invalidArgument) throw error;
      return false;
    }
  };
  const known = await Promise.all(ATTRIBUTES.map(isKnown));
  return ATTRIBUTES.filter((_, index) => !known[index]);
}
