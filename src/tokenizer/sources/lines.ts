// A text's parts one after another, never all at once: a file of a million short lines would take many times its size.

/** Parts between separators; as String.split. */
export function* partsOf(text: string, separator: string): Generator<string, undefined> {
	let at = 0;
	for (let end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, at)) {
		yield text.slice(at, end);
		at = end + separator.length;
	}
	yield text.slice(at);
}

/** Lines without their ends; a last line that is empty is none. */
export function* linesOf(text: string): Generator<string, undefined> {
	yield* partsOf(text.endsWith('\n') ? text.slice(0, -1) : text, '\n');
}
