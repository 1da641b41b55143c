// Base64 → bytes, by the engine's own decoder where it has one (ES2026): a call per byte costs more than what it decodes.

const native = (Uint8Array as { readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;

/** @throws whatever the engine throws for text that is none. */
export function base64Bytes(text: string): Uint8Array<ArrayBuffer> {
	if (native) return native.call(Uint8Array, text);
	const packed = atob(text);
	const bytes = new Uint8Array(packed.length);
	for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
	return bytes;
}
