/** The models of products, in the order in which their declarations build on each other. It holds no rules of its own. */

import './uom-uom.ts'
import './product-category.ts'
import './product-tag.ts'
import './attributes/product-attribute.ts'
import './attributes/product-attribute-value.ts'
import './attributes/product-template-attribute-line.ts'
import './attributes/product-template-attribute-value.ts'
import './product-template.ts'
import './product-template-behaviour.ts'
import './product-product.ts'
import './product-pricelist.ts'
import './product-pricelist-item.ts'
