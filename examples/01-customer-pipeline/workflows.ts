/** The pipeline: what runs, in which order, and where a person has a word. Runs in Temporal's sandbox. */
import { proxyActivities, router, step, steps, workflow } from 'holdpoint/workflow';
import type * as activities from './activities.ts';

const { fetchCustomers, segmentCustomers, csvExport, markdownReport, jsonFeed } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

const DEADLINE = { timeout: '15 minutes', onTimeout: 'cancel' } as const;

export const customerPipeline = workflow<activities.PipelineInput>({
  name: 'customerPipeline',
  inputSchema: {
    type: 'object',
    properties: { file: { type: 'string' }, folder: { type: 'string' } },
    additionalProperties: false,
  },
  steps: [
    step({ name: 'fetch_customers', executor: fetchCustomers }),
    steps({
      name: 'process_data',
      humanReview: {
        requiresConfirmation: true,
        confirmationMessage: 'Process sensitive data?',
        onReject: 'cancel',
        ...DEADLINE,
      },
      steps: [
        step({
          name: 'segment_customers',
          executor: segmentCustomers,
          humanReview: {
            requiresUserInput: true,
            userInputMessage: 'Which customers are worth a look?',
            userInputSchema: [
              { name: 'minimum_spend', type: 'float', description: 'Least they spend a month, in EUR', default: 50 },
              {
                name: 'region',
                description: 'Where they are',
                allowedValues: ['everywhere', 'Europe', 'Americas', 'Asia-Pacific'],
                default: 'everywhere',
              },
            ],
            requiresOutputReview: true,
            outputReviewMessage: 'Is this report fit to be published?',
            onReject: 'retry',
            ...DEADLINE,
          },
        }),
      ],
    }),
    router({
      name: 'publish',
      choices: [
        step({ name: 'csv_export', executor: csvExport }),
        step({ name: 'markdown_report', executor: markdownReport }),
        step({ name: 'json_feed', executor: jsonFeed }),
      ],
      humanReview: {
        requiresUserInput: true,
        userInputMessage: 'Where shall it be published?',
        allowMultipleSelections: true,
        onReject: 'cancel',
        ...DEADLINE,
      },
    }),
  ],
});
