// The engine's module: everything that compute/ calls.

export * from './rows';
