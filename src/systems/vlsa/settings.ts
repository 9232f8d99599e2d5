// What of VLSA's training can be chosen, where the paper leaves it open or what it describes cannot be meant.

export type VlsaSettings = {
  /**
   * Whether what is compared comes from modalities encoded alone, after one joint pass for what is rebuilt, or from that
   * joint pass, where each modality has seen the others and the comparison can be solved by leaking.
   */
  readonly pass: 'separate' | 'joint';
  /** Of separate passes: all patches and words, or what is left of them after masking. */
  readonly globalInputs: 'full' | 'masked';
  /**
   * What says whether sound and another modality belong together: a linear layer on the product of their unit vectors,
   * or on both vectors side by side, which cannot express a match, or on both of the pair encoded together.
   */
  readonly matching: 'product' | 'concatenation' | 'cross';
  /** Of the squared errors within a patch and of the matching losses over pairs. */
  readonly reduction: 'mean' | 'sum';
  /** Whether patches are rebuilt after their mean is taken off and their deviation made one. */
  readonly normalisedTargets: boolean;
  readonly temperature: number;
  readonly learnTemperature: boolean;
  /** Lambda: what the losses of matching weigh beside those of rebuilding. */
  readonly globalWeight: number;
};

export const defaultSettings: VlsaSettings = {
  pass: 'separate',
  globalInputs: 'full',
  matching: 'product',
  reduction: 'mean',
  normalisedTargets: false,
  temperature: 0.07,
  learnTemperature: false,
  globalWeight: 5,
};
