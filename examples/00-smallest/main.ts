import { connect } from 'holdpoint/client';
import { refund } from './workflows.ts';

const client = await connect();
let run = await client.run(refund, { input: 40 });
for (const requirement of run.stepsRequiringConfirmation) requirement.confirm();
run = await client.continueRun(run, { by: 'ann' });
console.log(run.status, run.content); // completed { paid: 'Refund EUR 40' }
await client.close();
