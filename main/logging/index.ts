export { createLogging, type Logging, type LoggingOptions } from './logging';
export { Redactor } from './redact';
