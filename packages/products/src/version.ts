/** Data version of the products: raised when equal observations give other bytes (PROMISE 19). */
export const PRODUCT_VERSION = 3;
