/**
 * What other applications may use of products: prices.
 * It never changes a record.
 */

export { productPrice } from './models/price.ts'
