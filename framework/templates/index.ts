/**
 * Text made of templates: pages, mails and reports, escaped by the place where a value goes.
 * It opens no file and no connection, and gets values that were already authorised.
 */

export {}
