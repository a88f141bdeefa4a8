/** A company to look at: its people, its customers and suppliers. */

export {}
