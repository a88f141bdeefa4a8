/** Declares the models that HOLDFAST_WILD stands for. */

import { model } from '#framework'
import { wildModels } from '../../shape.ts'

for (const { name, fields, options } of wildModels(Number(process.env.HOLDFAST_WILD ?? 1))) model(name, fields, options)
