/**
 * Views of models: what a client draws. Today they follow from the fields alone; applications will declare their own.
 * It never reads records.
 */

export { checkArch } from './check-arch.ts'
export { defaultViews } from './default-views.ts'
