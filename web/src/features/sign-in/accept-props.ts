/** What each way to accept an invitation is given. */
export interface AcceptProps {
  readonly token: string;
  readonly organizationName: string;
  /** The invitation was accepted: its token is of no use any more. */
  readonly onUsed: () => void;
}
