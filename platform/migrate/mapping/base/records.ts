/** What hangs on records of any model: attachments and external ids. They come last, when every record has its id. */

import type { TableMapping } from '../mapping.ts'

export const attachment: TableMapping = {
  table: 'ir_attachment',
  model: 'ir.attachment',
  refers: { model: 'res_model', id: 'res_id', required: false },
  derive: {
    store_fname: {
      columns: ['store_fname', 'db_datas'],
      value: (read, lookup) => lookup.file(Number(read('id')))?.hash ?? null,
    },
    checksum: {
      columns: ['checksum'],
      value: (read, lookup) => lookup.file(Number(read('id')))?.sha1 ?? read('checksum'),
    },
    file_size: {
      columns: ['file_size'],
      value: (read, lookup) => lookup.file(Number(read('id')))?.sizeBytes ?? Number(read('file_size') ?? 0),
    },
    // What a browser could take for a page is called so, whatever the backup says; else the backup's word is more exact.
    mimetype: {
      columns: ['mimetype'],
      value: (read, lookup) => {
        const seen = lookup.file(Number(read('id')))?.mimetype
        return seen === 'text/html' || seen === 'image/svg+xml' ? seen : (read('mimetype') ?? seen ?? null)
      },
    },
  },
}

export const externalId: TableMapping = {
  table: 'ir_model_data',
  model: 'ir.model.data',
  keys: [['module', 'name']],
  refers: { model: 'model', id: 'res_id', required: true },
  sameWhenMatched: true,
}

export const sequence: TableMapping = {
  table: 'ir_sequence',
  model: 'ir.sequence',
  keys: [['code', 'company_id'], ['code']],
  takeOver: ['prefix', 'suffix', 'padding', 'number_increment'],
}
