import { type Static, Type } from 'typebox';
import { Id, OneOf, PageOf, PageQuery, Timestamp } from '../../platform/http/schemas.ts';

export const TaskStatus = OneOf(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type TaskStatus = Static<typeof TaskStatus>;

export const TaskView = Type.Object({
  id: Id,
  kind: Type.String({ description: 'for example `library.ingest`, `search.train`' }),
  queue: Type.String(),
  title: Type.String({ description: 'a sentence for the list' }),
  status: TaskStatus,
  progress: Type.Object({
    done: Type.Integer(),
    total: Type.Integer(),
    unit: Type.String(),
    message: Type.String(),
  }),
  attempt: Type.Integer(),
  maxAttempts: Type.Integer(),
  cancelRequested: Type.Boolean(),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  result: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  startedAt: Type.Optional(Timestamp),
  finishedAt: Type.Optional(Timestamp),
});
export type TaskView = Static<typeof TaskView>;

export const TaskListQuery = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(TaskStatus),
    kind: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);
export type TaskListQuery = Static<typeof TaskListQuery>;

export const TaskPage = PageOf(TaskView);
