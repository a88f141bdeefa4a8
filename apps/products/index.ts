/**
 * What other applications may use of products: prices.
 * It never changes a record.
 */

export { productPrices } from './models/price.ts'
