// SHA-256, as hexadecimal digits: names what was read, and what was cited.

const encoder = new TextEncoder();

/** Of bytes, or of a text's UTF-8 form. */
export async function sha256(data: Uint8Array | string): Promise<string> {
	const bytes = typeof data === 'string' ? encoder.encode(data) : data;
	const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
	return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
