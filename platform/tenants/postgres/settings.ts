/** Name of the one database in an instance. */
export const DATABASE = 'holdfast'
/** Bootstrap superuser; only the platform holds its password. */
export const ADMIN_ROLE = 'holdfast_admin'
/** Owns the database and may not log in. */
export const OWNER_ROLE = 'holdfast_owner'
/** The role of all requests; owns the schemas `app` and `jobs` and nothing else. */
export const RUNTIME_ROLE = 'holdfast_app'
/** Whoever is in this group may sign in to read reports; nobody is until `holdfast reporting enable`. */
export const REPORT_GROUP = 'holdfast_report'
export const PORT = 5432

/** The names say nothing about the customer: every instance has the same ones. */
export const HBA = `# Written by Holdfast. One answer to everything that is not listed, so that names cannot be guessed.
local ${DATABASE} ${RUNTIME_ROLE} scram-sha-256
local ${DATABASE} +${REPORT_GROUP} scram-sha-256
local all ${ADMIN_ROLE} scram-sha-256
local replication ${ADMIN_ROLE} scram-sha-256
local all all reject
local replication all reject
`

/** The configuration of a small, durable instance: thousands of them share a node. */
export function configuration(major: number): string {
  const settings: Record<string, string> = {
    listen_addresses: "''", // unix socket only
    port: String(PORT),
    unix_socket_permissions: '0700',
    max_connections: '24',
    max_locks_per_transaction: '128', // a backup's snapshot holds every table and index of a tenant at once
    superuser_reserved_connections: '3',
    password_encryption: 'scram-sha-256',
    shared_buffers: '16MB',
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    huge_pages: 'off',
    // Files in the data folder: nothing of the tenant lies in /dev/shm, and nothing stays there after kill -9.
    dynamic_shared_memory_type: 'mmap',
    jit: 'off',
    random_page_cost: '1.1', // small databases lie in memory or on flash: look-ups by key, not scans
    max_worker_processes: '4',
    max_parallel_workers_per_gather: '0',
    autovacuum_max_workers: '1',
    autovacuum_naptime: '15min', // the default of 1 min costs 15 % of a core for 300 idle databases
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    wal_level: 'replica',
    max_wal_senders: '4',
    max_replication_slots: '4',
    min_wal_size: '16MB',
    max_wal_size: '256MB',
    checkpoint_timeout: '15min',
    restart_after_crash: 'on',
    client_connection_check_interval: '5s', // ends a query whose client is gone
    logging_collector: 'off',
    log_line_prefix: "'%m [%p] '",
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    // A failed statement and its values are customer content and stay out of the log.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    timezone: "'UTC'",
    log_timezone: "'UTC'",
    datestyle: "'iso, mdy'",
    lc_messages: "'C'",
    default_text_search_config: "'pg_catalog.simple'",
  }
  if (major >= 17) settings.allow_alter_system = 'off'
  if (major >= 18) settings.io_method = 'sync' // the default keeps three more processes per instance
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  return `# Written by Holdfast at provisioning; changes are lost when the instance is provisioned anew.\n${lines.join('\n')}\n`
}

/** What `initdb` is asked for. */
export function initdbArguments(major: number, dataDir: string): string[] {
  // The built-in provider (17+) sorts alike on every machine, so indexes survive a move; before it, the C library's.
  const locale =
    major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8']
  return [
    ...['-D', dataDir, '-U', ADMIN_ROLE, '--encoding=UTF8', ...locale, '--data-checksums'],
    ...['--wal-segsize=4', '--auth=reject', '--no-instructions', '--no-sync'],
  ]
}
