import { instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import type { AuditLog, AuditTrail } from '../../../platform/audit/index.ts';
import type { AccessChanges, PasswordHasher, SecretBox } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { Routes } from '../../../platform/http/index.ts';
import type { MailService } from '../../../platform/mail/index.ts';
import type { Queue } from '../../../platform/queue/index.ts';
import { activityRoutes } from '../activity/activity.routes.ts';
import { createActivity } from '../activity/activity.service.ts';
import { deleteExpiredProofs } from '../email/email.repository.ts';
import { emailRoutes } from '../email/email.routes.ts';
import { createEmailVerification, type EmailVerification } from '../email/email.service.ts';
import { createOperatedMail } from '../email/outbox.service.ts';
import type { SignInLimits } from '../identity.limits.ts';
import type { Sessions } from '../identity.sessions.port.ts';
import type { SignedInAnswers } from '../identity.signed-in.routes.ts';
import { passwordsRoutes } from '../passwords/passwords.routes.ts';
import { createPasswords } from '../passwords/passwords.service.ts';
import { createReauthentication, type Reauthenticate } from '../passwords/reauthentication.ts';
import { profileRoutes } from '../profile/profile.routes.ts';
import { createProfile } from '../profile/profile.service.ts';
import { deleteExpiredPending } from '../registration/registration.repository.ts';
import { registrationRoutes } from '../registration/registration.routes.ts';
import { createRegistration, type RegistrationMode } from '../registration/registration.service.ts';
import { type Challenges, createChallenges } from '../second-factor/challenges.ts';
import { deleteExpiredChallenges } from '../second-factor/second-factor.repository.ts';
import { secondFactorRoutes } from '../second-factor/second-factor.routes.ts';
import { createSecondFactors, type SecondFactors } from '../second-factor/second-factor.service.ts';
import { createVerification } from '../second-factor/verification.ts';
import { sessionsRoutes } from '../sessions/sessions.routes.ts';
import { createOwnSessions } from '../sessions/sessions.service.ts';

export interface AccountDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly auditLog: Pick<AuditLog, 'list'>;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly mail: Pick<MailService, 'send' | 'outbox'>;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly passwords: PasswordHasher;
  readonly limits: SignInLimits;
  readonly sessions: Sessions;
  readonly answers: SignedInAnswers;
  readonly secrets: SecretBox;
  readonly registrationMode: RegistrationMode;
  readonly publicUrl: string;
}

/** What people do with their own account, each in a room of its own. */
export interface AccountRoom {
  readonly routes: readonly Routes[];
  readonly challenges: Challenges;
  readonly factors: SecondFactors;
  readonly reauthenticate: Reauthenticate;
  readonly verification: EmailVerification;
  /** Removes proofs, challenges and registrations that have expired. */
  sweep(): Promise<void>;
}

/** Registers a queue: call before the queue starts. */
export function accountRoom(dependencies: AccountDependencies): AccountRoom {
  const { uow, audit, accessChanges, mail, clock, ids } = dependencies;
  const { passwords, limits, sessions, answers, secrets, publicUrl } = dependencies;
  const reauthenticate = createReauthentication({ uow, audit, clock, passwords, limits });
  const verify = createVerification({ audit, clock, secrets });
  const verification = createEmailVerification({ uow, audit, mail, clock, limits, publicUrl });
  const challenges = createChallenges({ uow, mail, clock, limits, sessions, verify, publicUrl });
  const factors = createSecondFactors({
    ...{ uow, audit, mail, clock, secrets, sessions, reauthenticate, verify, publicUrl },
  });
  const registration = createRegistration({
    ...{ uow, audit, mail, clock, ids, passwords, limits, sessions, verification, publicUrl },
    mode: dependencies.registrationMode,
  });
  const changing = createPasswords({ ...dependencies, reauthenticate });
  const profile = createProfile({
    ...{ uow, audit, accessChanges, mail, clock, limits, reauthenticate, publicUrl },
  });
  return {
    routes: [
      registrationRoutes({ registration, answers }),
      profileRoutes({ profile, answers }),
      sessionsRoutes(createOwnSessions({ uow, audit, accessChanges, clock, sessions })),
      activityRoutes(createActivity({ uow, log: dependencies.auditLog, secrets })),
      passwordsRoutes(changing),
      emailRoutes({ verification, mail: createOperatedMail({ uow, audit, outbox: mail.outbox }) }),
      secondFactorRoutes({ factors, challenges, answers }),
    ],
    challenges,
    factors,
    reauthenticate,
    verification,
    sweep: () =>
      uow.write(instanceActor('account.sweep'), async (tx) => {
        const now = clock().toISOString();
        await deleteExpiredProofs(tx, now);
        await deleteExpiredPending(tx, now);
        await deleteExpiredChallenges(tx, now);
      }),
  };
}
