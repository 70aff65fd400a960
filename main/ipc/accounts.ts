import type { Account, AccountStatus, EngineState } from '@shared/ipc/types';
import type { AreaHandlers } from './handle';

export interface AccountsPort {
  list(): readonly Account[];
  add(wanted: { name: string; baseUrl: string; token: string }): Promise<Account>;
  signIn(accountId: string, token: string): Promise<Account>;
  activate(accountId: string): Account;
  signOut(accountId: string): Promise<void>;
}

export interface StatusPort {
  current(): AccountStatus;
  refresh(): Promise<AccountStatus>;
}

export interface EnginePort {
  state(): EngineState;
  start(): Promise<EngineState>;
  stop(): EngineState;
}

export function accountsHandlers(accounts: AccountsPort, status: StatusPort): AreaHandlers<'accounts'> {
  return {
    'accounts.list': () => accounts.list(),
    'accounts.add': (wanted) => accounts.add(wanted),
    'accounts.signIn': ({ accountId, token }) => accounts.signIn(accountId, token),
    'accounts.activate': ({ accountId }) => accounts.activate(accountId),
    'accounts.signOut': ({ accountId }) => accounts.signOut(accountId),
    'accounts.status': () => status.current(),
    'accounts.refresh': () => status.refresh(),
  };
}

export function engineHandlers(engine: EnginePort): AreaHandlers<'engine'> {
  return {
    'engine.state': () => engine.state(),
    'engine.start': () => engine.start(),
    'engine.stop': () => engine.stop(),
  };
}
