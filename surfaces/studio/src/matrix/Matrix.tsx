// A matrix as a picture with readable cells: scroll, zoom, walk with the arrow keys, or read it as a table.

import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useMessages } from '../messages/index.ts';
import { useShade, useWidth } from '../state/shade.ts';
import { Push } from '../ui/fields.tsx';
import type { Origin } from '../ui/save.ts';
import { Saves } from '../ui/saves.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { digits, percent } from './number.ts';
import { type Cell, type Picture, paint } from './paint.ts';
import { Scale } from './Scale.tsx';
import { matrixSvg } from './svg.ts';

export interface MatrixProps extends Picture {
	/** What stands before row i. */
	readonly rowLabel: (row: number) => ReactNode;
	/** The same in words. */
	readonly rowName: (row: number) => string;
	readonly columnName: (column: number) => string;
	/** What stands above column i, where columns are few and wide enough. */
	readonly columnLabel?: (column: number) => ReactNode;
	readonly cell?: Cell | undefined;
	readonly onCell?: (cell: Cell) => void;
	readonly caption?: string;
	/** Given: the numbers and the picture can be saved, under this name and with this in them. */
	readonly saved?: { readonly name: string; readonly origin: Origin };
	/** Height of the visible part in CSS pixels. */
	readonly height?: number;
	readonly children?: ReactNode;
}

/** Cell widths of the zoom steps in CSS pixels; 0 fits the whole matrix in. */
const ZOOM = [0, 4, 12, 28, 56, 76];
const ROW_HEIGHT = [24, 24, 24, 24, 26, 30];
/** Columns of the table for screen readers: more would be a wall of numbers; the files have all. */
const TABLE_COLUMNS = 32;

export function Matrix(props: MatrixProps) {
	const t = useMessages();
	const shade = useShade();
	const frame = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const scroller = useRef<HTMLDivElement>(null);
	const width = useWidth(frame);
	const [zoom, setZoom] = useState(0);
	const [scroll, setScroll] = useState({ left: 0, top: 0 });
	const [own, setOwn] = useState<Cell>();
	const [table, setTable] = useState(false);
	const { rows, columns, data, scale, limit } = props;
	const cell = props.cell ?? own;
	const inside = cell && cell.row < rows && cell.column < columns ? cell : undefined;

	const cellHeight = ROW_HEIGHT[zoom]!;
	const cellWidth = Math.max(ZOOM[zoom]!, Math.min(width / columns, 76));
	const visible = Math.min(props.height ?? 380, rows * cellHeight);
	const window = { width, height: visible, left: scroll.left, top: scroll.top, cellWidth, cellHeight };

	useLayoutEffect(() => {
		if (canvas.current && width) paint(canvas.current, props, window, inside, shade, devicePixelRatio || 1);
	});
	// The chosen cell stays in sight when the zoom changes.
	useEffect(() => {
		if (inside) show(inside);
	}, [cellWidth, cellHeight]);

	function show({ row, column }: Cell) {
		const box = scroller.current;
		if (!box) return;
		const x = column * cellWidth;
		const y = row * cellHeight;
		if (x < box.scrollLeft || x + cellWidth > box.scrollLeft + width) box.scrollLeft = x - width / 2 + cellWidth / 2;
		if (y < box.scrollTop) box.scrollTop = y;
		if (y + cellHeight > box.scrollTop + visible) box.scrollTop = y + cellHeight - visible;
	}

	function choose(next: Cell) {
		const bounded = { row: Math.min(rows - 1, Math.max(0, next.row)), column: Math.min(columns - 1, Math.max(0, next.column)) };
		setOwn(bounded);
		props.onCell?.(bounded);
		show(bounded);
	}

	function onKeyDown(event: KeyboardEvent) {
		const { row, column } = inside ?? { row: 0, column: 0 };
		const page = Math.max(1, Math.floor(width / cellWidth));
		const steps: Record<string, Cell> = {
			ArrowLeft: { row, column: column - 1 },
			ArrowRight: { row, column: column + 1 },
			ArrowUp: { row: row - 1, column },
			ArrowDown: { row: row + 1, column },
			Home: { row, column: 0 },
			End: { row, column: columns - 1 },
			PageUp: { row, column: column - page },
			PageDown: { row, column: column + page },
		};
		const step = steps[event.key];
		if (step && !event.ctrlKey && !event.metaKey && !event.altKey) choose(inside ? step : { row: 0, column: 0 });
		else if (event.key === '+' || event.key === '=') setZoom(Math.min(ZOOM.length - 1, zoom + 1));
		else if (event.key === '-') setZoom(Math.max(0, zoom - 1));
		else return;
		event.preventDefault();
	}

	function at(event: { clientX: number; clientY: number }): Cell {
		const box = canvas.current!.getBoundingClientRect();
		return {
			row: Math.min(rows - 1, Math.floor((event.clientY - box.top + scroll.top) / cellHeight)),
			column: Math.min(columns - 1, Math.floor((event.clientX - box.left + scroll.left) / cellWidth)),
		};
	}

	const value = inside && data[inside.row * columns + inside.column]!;
	const write = scale === 'share' ? percent : digits;
	const canZoom = ZOOM.some((w) => w > width / columns) && width > 0;
	return (
		<figure className="matrix">
			<div className="matrix-bar">
				{canZoom && (
					<>
						<Push kind="quiet" onPress={() => setZoom(0)} disabled={zoom === 0}>
							{t.views.grid.whole}
						</Push>
						<Push kind="quiet" onPress={() => setZoom(Math.max(0, zoom - 1))} disabled={zoom === 0} label={t.views.grid.zoomOut}>
							−
						</Push>
						<Push
							kind="quiet"
							onPress={() => setZoom(Math.min(ZOOM.length - 1, zoom + 1))}
							disabled={zoom === ZOOM.length - 1}
							label={t.views.grid.zoomIn}
						>
							+
						</Push>
					</>
				)}
				{props.children}
				{props.saved && (
					<Saves
						{...props.saved}
						table={() => ({
							header: ['', ...Array.from({ length: columns }, (_, c) => props.columnName(c))],
							rows: Array.from({ length: rows }, (_, r) => [
								props.rowName(r),
								...Array.from({ length: columns }, (_, c) => data[r * columns + c]!),
							]),
						})}
						data={() => ({
							shape: [rows, columns],
							rows: Array.from({ length: rows }, (_, r) => props.rowName(r)),
							columns: Array.from({ length: columns }, (_, c) => props.columnName(c)),
							data,
						})}
						canvas={() => canvas.current}
						svg={(saved) =>
							matrixSvg(
								props,
								{
									rows: Array.from({ length: rows }, (_, r) => props.rowName(r)),
									columns: props.columnLabel && Array.from({ length: columns }, (_, c) => props.columnName(c)),
								},
								props.caption ?? '',
								shade,
								saved,
							)
						}
					/>
				)}
				<output className="readout" aria-live="polite">
					{inside && value !== undefined
						? t.views.grid.cell(props.rowName(inside.row), props.columnName(inside.column), write(value))
						: '\u00a0'}
				</output>
			</div>
			<div
				className="matrix-frame"
				style={props.columnLabel ? ({ '--matrix-width': `${columns * 76}px`, '--matrix-min': '0px' } as CSSProperties) : {}}
			>
				{props.columnLabel && cellWidth >= 18 && (
					<div className={cellWidth < 62 ? 'matrix-head slanted' : 'matrix-head'} aria-hidden="true">
						{visibleParts(scroll.left, width, cellWidth, columns).map((column) => (
							<div
								key={column}
								style={{ left: column * cellWidth - scroll.left, width: cellWidth }}
								data-picked={inside?.column === column || undefined}
							>
								<span>{props.columnLabel?.(column)}</span>
							</div>
						))}
					</div>
				)}
				<div className="matrix-labels" style={{ height: visible }} aria-hidden="true">
					<div style={{ height: rows * cellHeight }}>
						{visibleParts(scroll.top, visible, cellHeight, rows).map((row) => (
							<div
								key={row}
								className="matrix-label"
								style={{ top: row * cellHeight - scroll.top, height: cellHeight }}
								data-picked={inside?.row === row || undefined}
							>
								{props.rowLabel(row)}
							</div>
						))}
					</div>
				</div>
				<div className="matrix-view" ref={frame}>
					<canvas ref={canvas} style={{ width, height: visible }} />
					<div
						className="matrix-scroll"
						ref={scroller}
						style={{ height: visible }}
						onScroll={(e) => setScroll({ left: e.currentTarget.scrollLeft, top: e.currentTarget.scrollTop })}
						onPointerMove={(e) => e.pointerType === 'mouse' && !props.onCell && setOwn(at(e))}
						onClick={(e) => choose(at(e))}
						onDoubleClick={() => setZoom(ZOOM.length - 1)}
						onKeyDown={onKeyDown}
						// biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over the cells
						tabIndex={0}
						role="application"
						aria-label={t.views.grid.label(rows, columns)}
					>
						<div style={{ width: Math.floor(columns * cellWidth), height: rows * cellHeight }} />
					</div>
				</div>
			</div>
			<figcaption>
				<Scale scale={scale} limit={limit} />
				{props.caption && <span>{props.caption}</span>}
				<Push kind="quiet" onPress={() => setTable(!table)}>
					{table ? t.hideTable : t.showAsTable}
				</Push>
			</figcaption>
			{table && <PlainTable {...props} write={write} />}
		</figure>
	);
}

/** Numbers of the rows or columns that are in sight. */
function visibleParts(from: number, length: number, each: number, count: number): number[] {
	const first = Math.max(0, Math.floor(from / each));
	const last = Math.min(count, Math.ceil((from + length) / each));
	return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
}

function PlainTable({ rows, columns, data, rowName, columnName, write }: MatrixProps & { readonly write: (value: number) => string }) {
	const t = useMessages();
	const shown = Math.min(columns, TABLE_COLUMNS);
	const across = Array.from({ length: shown }, (_, c) => c);
	return (
		<Scroller className="table-scroll" label={t.showAsTable}>
			<table className="numbers">
				<caption>{t.views.grid.tableNote(shown, columns)}</caption>
				<thead>
					<tr>
						<th scope="col">{t.token}</th>
						{across.map((c) => (
							<th key={c} scope="col">
								{columnName(c)}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{Array.from({ length: Math.min(rows, 512) }, (_, r) => (
						<tr key={r}>
							<th scope="row">
								<bdi>{rowName(r)}</bdi>
							</th>
							{across.map((c) => (
								<td key={c}>{write(data[r * columns + c]!)}</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</Scroller>
	);
}
