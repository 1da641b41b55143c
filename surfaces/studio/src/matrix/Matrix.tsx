// A matrix as a picture with readable cells: scroll, zoom, walk with the arrow keys, or read it as a table.

import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { digits, percent } from '../display/number.ts';
import { useShade, useWidth } from '../display/theme.ts';
import { useMessages } from '../messages/index.ts';
import { Push } from '../ui/fields.tsx';
import type { Origin } from '../ui/save.ts';
import { Saves } from '../ui/saves.tsx';
import { PlainTable } from './PlainTable.tsx';
import { type Cell, type Picture, paint } from './paint.ts';
import { Scale } from './Scale.tsx';
import { labelled, visibleParts } from './sight.ts';
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

/** Cell widths of the zoom steps in CSS pixels; 0 fits the whole matrix in, its rows too, down to a pixel each. */
const ZOOM = [0, 4, 12, 28, 56, 76];
const ROW_HEIGHT = [24, 24, 24, 24, 26, 30];
/** Where rows are lower than this, a label stands for several. */
const LABEL_HEIGHT = 17;

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

	const most = props.height ?? 380;
	const cellWidth = Math.max(ZOOM[zoom]!, Math.min(width / columns, 76));
	// Of tokens against tokens a cell is about square; rows of many dimensions stay high enough for their names.
	const fitted = Math.max(1, Math.min(ROW_HEIGHT[0]!, most / rows));
	const cellHeight = zoom === 0 ? fitted : Math.min(ROW_HEIGHT[zoom]!, props.columnLabel ? Math.max(fitted, cellWidth) : 99);
	const labelEvery = Math.ceil(LABEL_HEIGHT / cellHeight);
	const visible = Math.min(most, Math.ceil(rows * cellHeight));
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

	// Dimensions are numbered as soon as a number has room: the grid asks to read them.
	const columnLabel = props.columnLabel ?? (cellWidth >= 28 ? (column: number) => column : undefined);
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
				{columnLabel && cellWidth >= 18 && (
					<div className={cellWidth < 62 ? 'matrix-head slanted' : 'matrix-head'} aria-hidden="true">
						{visibleParts(scroll.left, width, cellWidth, columns).map((column) => (
							<div
								key={column}
								style={{ left: column * cellWidth - scroll.left, width: cellWidth }}
								data-picked={inside?.column === column || undefined}
							>
								<span>{columnLabel(column)}</span>
							</div>
						))}
					</div>
				)}
				<div className="matrix-labels" style={{ height: visible }} aria-hidden="true">
					<div style={{ height: rows * cellHeight }}>
						{labelled(visibleParts(scroll.top, visible, cellHeight, rows), labelEvery, inside?.row).map((row) => (
							<div
								key={row}
								className="matrix-label"
								style={{ top: row * cellHeight - scroll.top, height: Math.max(cellHeight, LABEL_HEIGHT) }}
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
