/** The words of the pages in the language of this server; English until there is a second one. */

import { english, type Texts } from './english.ts'

export const texts: Texts = english
