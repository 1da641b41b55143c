// The dtype table's interface: how values lie in bytes. The entries are in the files beside this one; `dtypes` joins them.

export type DTypeName =
	| 'F64'
	| 'F32'
	| 'F16'
	| 'BF16'
	| 'F8_E4M3'
	| 'F8_E5M2'
	| 'I8'
	| 'I16'
	| 'I32'
	| 'I64'
	| 'U8'
	| 'U16'
	| 'U32'
	| 'U64'
	| 'BOOL'
	| 'Q4_0'
	| 'Q4_1'
	| 'Q5_0'
	| 'Q5_1'
	| 'Q8_0'
	| 'Q2_K'
	| 'Q3_K'
	| 'Q4_K'
	| 'Q5_K'
	| 'Q6_K'
	| 'IQ1_S'
	| 'IQ1_M'
	| 'IQ2_XXS'
	| 'IQ2_XS'
	| 'IQ2_S'
	| 'IQ3_XXS'
	| 'IQ3_S'
	| 'IQ4_NL'
	| 'IQ4_XS'
	| 'TQ1_0'
	| 'TQ2_0'
	| 'MXFP4';

/**
 * Decodes whole blocks: reads `blocks * blockBytes` bytes of `bytes` from `byteOffset` and writes `blocks * blockElements`
 * float32 values to `out` from `outOffset`. Bounds are the caller's business; the inner loop has none.
 */
export type Decode = (bytes: Uint8Array, byteOffset: number, blocks: number, out: Float32Array, outOffset: number) => void;

export interface DType {
	readonly name: DTypeName;
	/** Number in GGUF's tensor info, where GGUF has it. */
	readonly ggmlType?: number;
	/** Values per block; 1 for plain types. */
	readonly blockElements: number;
	/** Bytes per block. */
	readonly blockBytes: number;
	readonly decode: Decode;
	/** Where the formula comes from. */
	readonly source: string;
}
