/**
 * Scripts of administrators, run by QuickJS in child processes that have neither files, network nor secrets.
 * It holds no rights: what a script calls, it calls as its user, through the same door as a program from outside.
 */

export { findIsolation, type Isolation } from './isolation.ts'
export { openSandbox, type Sandbox, type SandboxOptions } from './pool.ts'
