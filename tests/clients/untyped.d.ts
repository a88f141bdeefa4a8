// Clients that come without types; only what the tests call.

declare module 'odoo-xmlrpc' {
  type Done = (error: { readonly faultCode?: number; readonly message?: string } | null, value: unknown) => void
  export default class Odoo {
    constructor(config: Readonly<Record<string, unknown>>)
    connect(done: Done): void
    execute_kw(model: string, method: string, params: readonly unknown[], done: Done): void
    exec_workflow(model: string, method: string, params: readonly unknown[], done: Done): void
  }
}

declare module 'async-odoo-xmlrpc' {
  export default class Odoo {
    constructor(config: Readonly<Record<string, unknown>>)
    connect(): Promise<void>
    execute_kw(model: string, method: string, params: readonly unknown[]): Promise<unknown>
  }
}
