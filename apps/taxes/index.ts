/**
 * What other applications may use of taxes: the computation.
 * It reads and writes no record.
 */

export {
  computeTaxes,
  documentTotals,
  type LineForTaxes,
  lineTotals,
  type TaxData,
  taxPaths,
} from './models/compute.ts'
