// Formulas as MathML, which browsers set and screen readers read without a library.
// https://www.w3.org/TR/mathml-core/

import { createElement, type ReactNode } from 'react';

const m = (tag: string, ...children: ReactNode[]) => createElement(tag, null, ...children);
const mi = (name: string) => m('mi', name);
const mo = (sign: string) => m('mo', sign);
/** A bracket of the height of a letter. */
const flat = (sign: string) => createElement('mo', { stretchy: 'false' }, sign);

/** Attention(Q, K, V) = softmax(Q Kᵀ / √Dh) V (Vaswani et al. 2017, equation 1). */
export function AttentionFormula() {
	// Not msqrt: without a mathematical font browsers leave its sign out, and the formula would be another. The bar is a border.
	const bar = { borderTop: '1px solid currentColor', paddingTop: '0.1em' };
	const root = m('mrow', flat('√'), createElement('mrow', { style: bar }, m('msub', mi('D'), mi('h'))));
	const product = m('mrow', mi('Q'), m('msup', mi('K'), m('mo', '⊤')));
	const inner = m('mrow', mo('('), m('mfrac', product, root), mo(')'));
	return (
		<p className="formula">
			{createElement(
				'math',
				{ display: 'block' },
				m(
					'mrow',
					m('mtext', 'Attention'),
					flat('('),
					mi('Q'),
					mo(','),
					mi('K'),
					mo(','),
					mi('V'),
					flat(')'),
					mo('='),
					m('mtext', 'softmax'),
					inner,
					mi('V'),
				),
			)}
		</p>
	);
}
