/**
 * Views of models: what a client draws. Today they follow from the fields alone; applications will declare their own.
 * It never reads records.
 */

export { defaultViews } from './default-views.ts'
