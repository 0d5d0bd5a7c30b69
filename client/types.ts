import type { paths } from './schema.ts';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

/** The body of a success. */
type Success<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer Responses }
    ? {
        [Status in keyof Responses]: Status extends 200 | 201 | 202 ? Json<Responses[Status]> : never;
      }[keyof Responses]
    : never;

type Query<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { parameters: { query?: infer Parameters } } ? NonNullable<Parameters> : never;

type Body<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody: infer Request } ? Json<Request> : never;

export type SignedIn = Success<'/api/v1/auth/login', 'post'>;
export type Me = Success<'/api/v1/auth/me', 'get'>;
export type User = Me['user'];
export type Organization = Me['organization'];
export type RegisterBody = Body<'/api/v1/auth/register', 'post'>;
export type LoginBody = Body<'/api/v1/auth/login', 'post'>;

export type OwnSession = Success<'/api/v1/auth/sessions', 'get'>['items'][number];
export type SecondFactor = Success<'/api/v1/auth/second-factor', 'get'>;
export type OutboxMessage = Success<'/api/v1/operator/mail/{id}', 'get'>;
export type OutboxEntry = Success<'/api/v1/operator/mail', 'get'>['items'][number];

export type Source = Success<'/api/v1/library/sources/{id}', 'get'>;
export type Stage = Source['stage'];
export type SourceList = Success<'/api/v1/library/sources', 'get'>;
export type SourceListQuery = Query<'/api/v1/library/sources', 'get'>;
export type UploadAnswer = Success<'/api/v1/library/sources', 'post'>;
export type SourceTextBody = Body<'/api/v1/library/sources', 'post'>;
export type Content = Success<'/api/v1/library/sources/{id}/content', 'get'>;
export type StructureItem = Content['structure'][number];
export type SourceVersion = Success<'/api/v1/library/sources/{id}/versions', 'get'>['items'][number];
export type Collection = Success<'/api/v1/library/collections/{id}', 'get'>;
export type CollectionBody = Body<'/api/v1/library/collections', 'post'>;
export type CollectionPatch = Body<'/api/v1/library/collections/{id}', 'patch'>;

export type SearchQuery = Query<'/api/v1/search', 'get'>;
export type SearchAnswer = Success<'/api/v1/search', 'get'>;
export type SearchItem = SearchAnswer['items'][number];
export type SearchMode = SearchAnswer['mode'];
export type Citation = SearchItem['citation'];

export type AskBody = Body<'/api/v1/ask', 'post'>;
export type Answer = Success<'/api/v1/ask', 'post'>;
export type AnswerSentence = Answer['sentences'][number];

export type Task = Success<'/api/v1/tasks/{id}', 'get'>;
export type TaskStatus = Task['status'];
export type TaskList = Success<'/api/v1/tasks', 'get'>;
