// The arithmetic of one attention cell, written out: q · k, ÷ √Dh, mask, softmax, weights × V. Numbers that add up by hand.
// Vaswani et al. 2017, Attention Is All You Need, section 3.2.1

import { digits, percent } from '../display/number.ts';
import type { Attention } from '../engine/work-inside.ts';
import { useMessages } from '../messages/index.ts';
import type { Origin } from '../ui/save.ts';
import { Saves } from '../ui/saves.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { TokenFace } from '../ui/token.tsx';
import { quoted, tokenText } from '../ui/token-text.ts';
import { type Cell, contextOf, handedOver, keyOf, queryOf, scoresOf, weightsOf } from './read.ts';

/** Terms of the last sum that are written out. */
const TERMS = 12;

export function Arithmetic({ attention, cell, origin }: { readonly attention: Attention; readonly cell: Cell; readonly origin: Origin }) {
	const t = useMessages();
	const words = t.lesson.attention;
	const { tokens } = attention;
	const q = queryOf(attention, cell);
	const k = keyOf(attention, cell);
	const products = Array.from(q, (x, i) => x * k[i]!);
	const dot = products.reduce((sum, x) => sum + x, 0);
	const scores = scoresOf(attention, cell);
	const weights = weightsOf(attention, cell);
	const best = Math.max(...scores);
	const powers = Array.from(scores, (score) => Math.exp(score - best));
	const total = powers.reduce((sum, x) => sum + x, 0);
	const context = contextOf(attention, cell);
	const mixed = tokens.reduce((sum, _, j) => sum + weights[j]! * handedOver(attention, cell.head, j)[0]!, 0);
	const all = tokens
		.map((_, j) => ({ weight: weights[j]!, value: handedOver(attention, cell.head, j)[0]! }))
		.filter(({ weight }) => weight > 0);
	// Few terms stand in the order of the tokens; of many the strongest are written out and the rest is summed.
	const terms = all.length <= TERMS ? all : all.sort((x, y) => Math.abs(y.weight * y.value) - Math.abs(x.weight * x.value));
	const rest = terms.slice(TERMS).reduce((sum, { weight, value }) => sum + weight * value, 0);
	const hidden = scores[cell.to] === Number.NEGATIVE_INFINITY;
	return (
		<ol className="arithmetic">
			<li>
				<h4>{words.step1}</h4>
				<Scroller className="table-scroll number-table" label={words.step1}>
					<table className="numbers">
						<thead>
							<tr>
								<th scope="col">{t.dimension}</th>
								<th scope="col">q, {quoted(tokens[cell.from]!, t)}</th>
								<th scope="col">k, {quoted(tokens[cell.to]!, t)}</th>
								<th scope="col">q × k</th>
							</tr>
						</thead>
						<tbody>
							{products.map((product, i) => (
								<tr key={i}>
									<th scope="row">{i}</th>
									<td>{digits(q[i]!, 5)}</td>
									<td>{digits(k[i]!, 5)}</td>
									<td>{digits(product, 5)}</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroller>
				<Saves
					name="attention-products"
					origin={origin}
					table={() => ({ header: ['dimension', 'q', 'k', 'q × k'], rows: products.map((product, i) => [i, q[i]!, k[i]!, product]) })}
				/>
				<p className="sum">
					{t.labelled(words.sum, 'q · k')} = <strong data-number="dot">{digits(dot, 6)}</strong>
				</p>
			</li>
			<li>
				<h4>{words.step2}</h4>
				<p className="sum">
					{digits(dot, 6)} ÷ √{q.length} = <strong>{digits(dot / Math.sqrt(q.length), 6)}</strong>
				</p>
				<p className="hint">{hidden ? words.masked : words.agrees(digits(dot / Math.sqrt(q.length), 6), digits(scores[cell.to]!, 6))}</p>
			</li>
			<li>
				<h4>{words.step3}</h4>
				<p className="hint">{t.labelled('exp', words.exp)}</p>
				<Scroller className="table-scroll" label={words.step3}>
					<table className="numbers">
						<thead>
							<tr>
								<th scope="col">{words.looked}</th>
								<th scope="col">{words.score}</th>
								<th scope="col">exp</th>
								<th scope="col">{words.share}</th>
							</tr>
						</thead>
						<tbody>
							{tokens.map((token, j) => (
								<tr key={j} data-picked={j === cell.to || undefined}>
									<th scope="row">
										<TokenFace token={token} />
									</th>
									{scores[j] === Number.NEGATIVE_INFINITY ? (
										<td colSpan={3} className="masked">
											{words.masked}
										</td>
									) : (
										<>
											<td>{digits(scores[j]!, 5)}</td>
											<td>{digits(powers[j]!, 5)}</td>
											<td>{percent(weights[j]!)}</td>
										</>
									)}
								</tr>
							))}
						</tbody>
						<tfoot>
							<tr>
								<th scope="row">{words.total}</th>
								<td />
								<td>{digits(total, 5)}</td>
								<td>{percent(weights.reduce((sum, x) => sum + x, 0))}</td>
							</tr>
						</tfoot>
					</table>
				</Scroller>
				<Saves
					name="attention-softmax"
					origin={origin}
					table={() => ({
						header: ['place', 'token', 'score', 'exp', 'share'],
						// What the mask hides has no score.
						rows: tokens.map((token, j) => [j, tokenText(token), Number.isFinite(scores[j]!) ? scores[j]! : '', powers[j]!, weights[j]!]),
					})}
				/>
				{!hidden && <p className="hint">{words.agrees(percent(powers[cell.to]! / total), percent(weights[cell.to]!))}</p>}
			</li>
			<li>
				<h4>{words.step4}</h4>
				<p className="sum">
					{t.labelled(t.views.grid.dimension(0), '')}
					{terms
						.slice(0, TERMS)
						.map(({ weight, value }) => `${digits(weight, 3)} × ${digits(value, 3)}`)
						.join(' + ')}
					{terms.length > TERMS && ` + ${t.labelled(t.views.attention.others(terms.length - TERMS), digits(rest, 3))}`} ={' '}
					<strong>{digits(mixed, 4)}</strong>
				</p>
				<p className="hint">{words.agrees(digits(mixed, 4), digits(context[0]!, 4))}</p>
			</li>
		</ol>
	);
}
