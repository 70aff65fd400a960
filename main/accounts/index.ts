export {
  Accounts,
  localAccountId,
  type AccountChange,
  type AccountsPorts,
  type AccountStore,
  type VerifiedLogin,
} from './accounts';
export {
  EngineHost,
  type EngineHostPorts,
  type EngineProcess,
  type EngineQuestion,
  type EngineStart,
} from './engineHost';
export { keychainSecrets, loadKeytar, type Keychain, type SecretStore } from './secrets';
export { Sessions, type ClientOptions } from './sessions';
export { AccountStatusService, type ServerStatus, type StatusPorts } from './status';
