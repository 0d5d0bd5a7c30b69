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
export type AccountEvent = Success<'/api/v1/auth/events', 'get'>['items'][number];
export type SecondFactor = Success<'/api/v1/auth/second-factor', 'get'>;
export type SecondFactorSetUp = Success<'/api/v1/auth/second-factor', 'post'>;
export type ProfilePatch = Body<'/api/v1/auth/me', 'patch'>;
export type PasswordBody = Body<'/api/v1/auth/password', 'post'>;
export type ConnectedIdentity = Success<'/api/v1/auth/identities', 'get'>['items'][number];
export type SignInProvider = Success<'/api/v1/auth/oidc/providers', 'get'>['items'][number];
export type InvitationPreview = Success<'/api/v1/invitations/lookup', 'post'>;
export type AcceptInvitationBody = Body<'/api/v1/invitations/accept', 'post'>;
export type Instance = Success<'/api/v1/instance', 'get'>;
export type OutboxMessage = Success<'/api/v1/operator/mail/{id}', 'get'>;
export type OutboxEntry = Success<'/api/v1/operator/mail', 'get'>['items'][number];

export type OrganizationPatch = Body<'/api/v1/organizations/{id}', 'patch'>;
export type OrganizationExport = Success<'/api/v1/organizations/{id}/exports', 'get'>['items'][number];
export type Usage = Success<'/api/v1/organizations/{id}/usage', 'get'>;
export type SingleSignOn = Success<'/api/v1/organizations/{id}/sso', 'get'>;
export type Member = Success<'/api/v1/organizations/{id}/members', 'get'>['items'][number];
export type Invitation = Success<'/api/v1/invitations', 'get'>['items'][number];
export type InvitationBody = Body<'/api/v1/invitations', 'post'>;
export type ApiKey = Success<'/api/v1/api-keys', 'get'>['items'][number];
export type ApiKeyBody = Body<'/api/v1/api-keys', 'post'>;
export type MadeApiKey = Success<'/api/v1/api-keys', 'post'>;
export type AuditEvent = Success<'/api/v1/audit-events', 'get'>['items'][number];
export type AuditQuery = Query<'/api/v1/audit-events', 'get'>;
export type AuditVerification = Success<'/api/v1/audit-events/verification', 'get'>;

export type Overview = Success<'/api/v1/operator/overview', 'get'>;
export type InstanceOrganization = Success<'/api/v1/operator/organizations', 'get'>['items'][number];
export type InstanceUser = Success<'/api/v1/operator/users', 'get'>['items'][number];
export type InstanceUserPatch = Body<'/api/v1/operator/users/{id}', 'patch'>;
export type Feature = Success<'/api/v1/operator/features', 'get'>['items'][number];
export type MaintenanceBody = Body<'/api/v1/operator/maintenance', 'put'>;
export type IdentityProvider = Success<'/api/v1/operator/identity-providers', 'get'>['items'][number];
export type IdentityProviderBody = Body<'/api/v1/operator/identity-providers', 'post'>;
export type IdentityProviderPatch = Body<'/api/v1/operator/identity-providers/{id}', 'patch'>;
export type SigningKey = Success<'/api/v1/operator/signing-keys', 'get'>['items'][number];

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
