/**
 * The small typed language of administrators' conditions and formulas: parsed, checked against the models, compiled to SQL or run
 * with fuel. It never evaluates text as code and reads no field that the caller may not read.
 */

export {}
