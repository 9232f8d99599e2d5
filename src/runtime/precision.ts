// In what the products with frozen weights can be computed.
export const precisions = ['float32', 'int8'] as const;
export type Precision = (typeof precisions)[number];
