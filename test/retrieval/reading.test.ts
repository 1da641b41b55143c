// Readers: what each kind of file gives, where its blocks are, and what becomes of files that cannot be read.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { documentReader } from '../../hosts/node/reading.ts';
import { decodeText } from '../../hosts/reading/decode.ts';
import { parseDocument } from '../../hosts/reading/parse.ts';
import { seededRandom } from '../../src/generation/random.ts';
import type { ParsedDocument } from '../../src/retrieval/types.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parts = ({ text, blocks }: ParsedDocument) =>
	blocks.map(({ kind, start, end, level, page }) => [level ?? page ?? kind, text.slice(start, end)]);
const parse = (name: string, content: string | Uint8Array) => parseDocument(name, typeof content === 'string' ? utf8(content) : content);

test('encodings: by mark, by form, and by what the bytes are like', () => {
	// Bytes by Python's codecs: text.encode('cp949').hex() and so on.
	const cases: [string, string, string][] = [
		[
			'겨울에는 김장을 담그고 봄에는 나물을 캔다. 우리 마을 사람들은 오래전부터 그렇게 살아왔다.',
			'eab2a8ec9ab8ec9790eb8a9420eab980ec9ea5ec9d8420eb8bb4eab7b8eab3a020ebb484ec9790eb8a9420eb8298ebacbcec9d8420ecba94eb8ba42e20ec9ab0eba6ac20eba788ec9d8420ec82aceb9e8ceb93a4ec9d8020ec98a4eb9e98eca084ebb680ed84b020eab7b8eba087eab28c20ec82b4ec9584ec9994eb8ba42e',
			'utf-8',
		],
		[
			'겨울에는 김장을 담그고 봄에는 나물을 캔다. 우리 마을 사람들은 오래전부터 그렇게 살아왔다.',
			'a8acb8c6d0c594b2200040aea5c744c72000f4b2f8ade0ac200004bdd0c594b2200098b03cbb44c7200094cee4b22e002000b0c6acb92000c8b944c72000acc08cb7e4b440c7200024c698b704c880bd30d12000f8ad07b88cac2000b4c044c554c6e4b22e00',
			'utf-16le',
		],
		[
			'겨울에는 김장을 담그고 봄에는 나물을 캔다. 우리 마을 사람들은 오래전부터 그렇게 살아왔다.',
			'aca8c6b8c5d0b2940020ae40c7a5c7440020b2f4adf8ace00020bd04c5d0b2940020b098bb3cc7440020ce94b2e4002e0020c6b0b9ac0020b9c8c7440020c0acb78cb4e4c7400020c624b798c804bd80d1300020adf8b807ac8c0020c0b4c544c654b2e4002e',
			'utf-16be',
		],
		[
			'겨울에는 김장을 담그고 봄에는 나물을 캔다. 우리 마을 사람들은 오래전부터 그렇게 살아왔다.',
			'b0dcbfefbfa1b4c220b1e8c0e5c0bb20b4e3b1d7b0ed20babdbfa1b4c220b3aab9b0c0bb20c4b5b4d92e20bfecb8ae20b8b6c0bb20bbe7b6f7b5e9c0ba20bfc0b7a1c0fcbacec5cd20b1d7b7b8b0d420bbecbec6bfd4b4d92e',
			'euc-kr',
		],
		[
			'返却ポストは玄関の右にあり、休館日も使えます。紙芝居は窓口にお返しください。',
			'95d48b70837c8358836782cd8cba8ad682cc894582c982a082e881418b788ad993fa82e08e6782a682dc82b781428e868ec58b8f82cd918b8cfb82c982a895d482b582ad82be82b382a28142',
			'shift_jis',
		],
		[
			'本店支持七天无理由退货，生鲜食品除外。请保留发票和原包装，运费由买家承担。',
			'b1beb5ead6a7b3d6c6dfcceccedec0edd3c9cdcbbbf5a3acc9facfcacab3c6b7b3fdcde2a1a3c7ebb1a3c1f4b7a2c6b1bacdd4adb0fcd7b0a3acd4cbb7d1d3c9c2f2bcd2b3d0b5a3a1a3',
			'gb18030',
		],
	];
	for (const [text, hex, encoding] of cases) assert.deepEqual(decodeText(new Uint8Array(Buffer.from(hex, 'hex'))), { text, encoding });
	assert.equal(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).text, 'a');
	assert.throws(() => decodeText(Uint8Array.of(1, 0, 2, 0, 0, 0)), /not a text file/);
});

test('Markdown: headings, lists, code and tables, at their places in the file', async () => {
	const text =
		'---\ntitle: Guide\nyear: 2024\n---\n# One\n\nText *here*.\n\n- a\n- b\n\n```js\nlet x;\n```\n\n| k | v |\n|---|---|\n| a | 1 |\n\n## Two\n';
	const document = await parse('a.md', text);
	assert.equal(document.text, text);
	assert.equal(document.title, 'Guide');
	assert.deepEqual(document.metadata, { title: 'Guide', year: '2024' });
	assert.deepEqual(parts(document), [
		[1, '# One'],
		['paragraph', 'Text *here*.'],
		['paragraph', '- a'],
		['paragraph', '- b'],
		['code', '```js\nlet x;\n```'],
		['row', '| k | v |'],
		['row', '|---|---|'],
		['row', '| a | 1 |'],
		[2, '## Two'],
	]);
});

test('HTML: what a reader of the page sees', async () => {
	const document = await parse(
		'a.html',
		'<!doctype html><title>가 게</title><nav>menu</nav><h1>Refunds</h1><p>Within <b>14</b> days.<script>x</script><p hidden>no<table><tr><th>Day<td>Fee<tr><td>1<td>0</table><pre>a\n  b</pre><div>Caf&eacute;<div>deep</div></div>',
	);
	assert.equal(document.title, '가 게');
	assert.deepEqual(parts(document), [
		[1, 'Refunds'],
		['paragraph', 'Within 14 days.'],
		['row', 'Day | Fee'],
		['row', '1 | 0'],
		['code', 'a\n  b'],
		['paragraph', 'Café'],
		['paragraph', 'deep'],
	]);
	const deep = await parse('b.html', `${'<div>'.repeat(200_000)}bottom`);
	assert.equal(deep.text, 'bottom');
});

test('tables: a row a record, the first row above all', async () => {
	const text = 'name,price\r\n김치,"3,000"\r\n"two\nlines",5\r\n';
	const document = await parse('a.csv', text);
	assert.equal(document.text, text);
	assert.deepEqual(parts(document), [
		[1, 'name,price'],
		['record', '김치,"3,000"'],
		['record', '"two\nlines",5'],
	]);
	const lines = await parse('a.jsonl', '{"q":"\\uac00\\ub098","n":1}\n\n{"q":["a","b"]}\n');
	assert.deepEqual(parts(lines), [
		['record', 'q: 가나; n: 1'],
		['record', 'q: a, b'],
	]);
	await assert.rejects(parse('b.jsonl', '{"a":1}\nnot'), /line 2/);
});

/** A PDF of pages with one line each, written by hand: objects, table of offsets, trailer. ISO 32000-1, §7.5. */
function pdfOf(pages: readonly string[]): Uint8Array {
	const objects = [
		'<< /Type /Catalog /Pages 2 0 R >>',
		`<< /Type /Pages /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(' ')}] /Count ${pages.length} >>`,
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
		...pages.flatMap((text, i) => {
			const content = text === '' ? '' : `BT /F1 12 Tf 72 700 Td (${text}) Tj ET`;
			return [
				`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
				`<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
			];
		}),
	];
	let out = '%PDF-1.4\n';
	const offsets = objects.map((object, i) => {
		const at = out.length;
		out += `${i + 1} 0 obj\n${object}\nendobj\n`;
		return at;
	});
	const table = out.length;
	out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
	return utf8(`${out}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
}

test('PDF: text with its pages; one of pictures is said to be so', async () => {
	const document = await parse('a.pdf', pdfOf(['First page.', 'Second page.']));
	assert.deepEqual(
		document.blocks.map(({ start, end, page }) => [page, document.text.slice(start, end)]),
		[
			[1, 'First page.'],
			[2, 'Second page.'],
		],
	);
	await assert.rejects(parse('b.pdf', pdfOf(['', ''])), /2 pages are pictures/);
	await assert.rejects(parse('c.pdf', 'no pdf'), /not a PDF/);
});

const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const docx = (body: string): Uint8Array =>
	zipSync({
		'[Content_Types].xml': strToU8(
			'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
		),
		'_rels/.rels': strToU8(
			'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
		),
		'word/document.xml': strToU8(`<?xml version="1.0"?><w:document ${WORD}><w:body>${body}</w:body></w:document>`),
	});

test('DOCX, EPUB and e-mail', async () => {
	const document = await parse(
		'a.docx',
		docx(
			'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>제목</w:t></w:r></w:p><w:p><w:r><w:t>Body </w:t></w:r><w:r><w:t>text.</w:t></w:r></w:p>',
		),
	);
	assert.deepEqual(
		parts(document).map(([, text]) => text),
		['제목', 'Body text.'],
	);
	const book = await parse(
		'a.epub',
		zipSync({
			mimetype: strToU8('application/epub+zip'),
			'META-INF/container.xml': strToU8('<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>'),
			'OPS/p.opf': strToU8(
				"<package><metadata><dc:title>A &amp; B</dc:title></metadata><manifest><item href='two.xhtml' id='2'/><item id='1' href='text/one.xhtml'/></manifest><spine><itemref idref='1'/><itemref idref='2'/></spine></package>",
			),
			'OPS/text/one.xhtml': strToU8('<html><body><h1>One</h1><p>First.</p></body></html>'),
			'OPS/two.xhtml': strToU8('<html><body><p>Second.</p></body></html>'),
		}),
	);
	assert.equal(book.title, 'A & B');
	assert.equal(book.text, 'One\n\nFirst.\n\nSecond.');
	const message = await parse(
		'a.eml',
		'From: =?UTF-8?B?6rmA?= <kim@example.org>\r\nTo: b@example.org\r\nSubject: =?UTF-8?B?7ZmY67aI?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease refund.\r\n\r\nThanks.\r\n',
	);
	assert.equal(message.title, '환불');
	assert.match(message.text, /김 kim@example\.org/);
	assert.match(message.text, /Please refund\.\n\nThanks\./);
});

test('what no reader reads is refused with its reason', async () => {
	await assert.rejects(parse('a.hwp', 'x'), /no reader for files of the kind .hwp.*Save it as DOCX or PDF/);
	await assert.rejects(parse('a.bin', Uint8Array.of(0, 1, 2, 0)), /no reader/);
	const bomb = zipSync({ 'word/document.xml': new Uint8Array(600 * 2 ** 20) }, { level: 9 });
	await assert.rejects(parse('a.docx', bomb), /unpacks to too much/);
});

test('a worker reads; what is hostile ends the worker alone, and the next file is read', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'tongsa-reading-'));
	const reader = documentReader({ timeoutMs: 60_000 });
	const impatient = documentReader({ timeoutMs: 1 });
	after(async () => {
		await reader.close();
		await impatient.close();
		await rm(folder, { recursive: true });
	});
	const good = join(folder, 'good.txt');
	await writeFile(good, 'Good.');
	await assert.rejects(impatient.read(good), /takes too long/);
	await assert.rejects(reader.read(join(folder, 'none.txt')), /ENOENT/);
	const random = seededRandom(9);
	const endings = ['pdf', 'docx', 'epub', 'eml', 'html', 'md', 'csv', 'jsonl', 'txt', 'json'];
	for (let i = 0; i < 60; i++) {
		const path = join(folder, `${i}.${endings[i % endings.length]}`);
		const start = ['', '%PDF-1.7\n', 'PK\x03\x04', '<html>'][i % 4]!;
		await writeFile(
			path,
			Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256)))]),
		);
		const outcome = await reader.read(path).then(
			(document) => typeof document.text,
			(error: Error) => error.name,
		);
		assert.match(outcome, /^(string|TongsaError)$/);
	}
	assert.equal((await reader.read(good)).text, 'Good.');
});
