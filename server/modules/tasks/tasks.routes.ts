import { type Routes, sendEvents } from '../../platform/http/index.ts';
import { IdParams, Problem } from '../../platform/http/schemas.ts';
import { TaskListQuery, TaskPage, TaskView } from './tasks.schemas.ts';
import type { TasksService } from './tasks.service.ts';

const tags = ['tasks'];

export function tasksRoutes(tasks: TasksService): Routes {
  return (http) => {
    http.get(
      '/tasks',
      {
        config: { access: { minimum: 'regular', scope: 'tasks:read' } },
        schema: {
          tags,
          summary: 'List tasks, newest first',
          querystring: TaskListQuery,
          response: { 200: TaskPage },
        },
      },
      async (request) => tasks.list(request.actor, request.query),
    );
    http.get(
      '/tasks/:id',
      {
        config: { access: { minimum: 'regular', scope: 'tasks:read' } },
        schema: { tags, summary: 'Read a task', params: IdParams, response: { 200: TaskView } },
      },
      async (request) => tasks.get(request.actor, request.params.id),
    );
    http.get(
      '/tasks/:id/events',
      {
        config: { access: { minimum: 'regular', scope: 'tasks:read' } },
        schema: {
          tags,
          summary: 'Watch a task (server-sent events: start, delta, done; data {task})',
          params: IdParams,
          response: { default: Problem },
        },
      },
      (request, reply) =>
        sendEvents(request, reply, async function* (signal) {
          let first = true;
          for await (const task of tasks.watch(request.actor, request.params.id, signal)) {
            const ended = task.finishedAt !== undefined;
            yield { id: task.updatedAt, event: ended ? 'done' : first ? 'start' : 'delta', data: { task } };
            first = false;
          }
        }),
    );
    http.post(
      '/tasks/:id/cancel',
      {
        config: { access: { minimum: 'power', scope: 'tasks:write' } },
        schema: { tags, summary: 'Cancel a task', params: IdParams, response: { 202: TaskView } },
      },
      async (request, reply) => reply.code(202).send(await tasks.cancel(request.actor, request.params.id)),
    );
    http.post(
      '/tasks/:id/retry',
      {
        config: { access: { minimum: 'power', scope: 'tasks:write' } },
        schema: {
          tags,
          summary: 'Try a failed or cancelled task again',
          params: IdParams,
          response: { 202: TaskView },
        },
      },
      async (request, reply) => reply.code(202).send(await tasks.retry(request.actor, request.params.id)),
    );
  };
}
