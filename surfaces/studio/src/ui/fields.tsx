// Fields with a label that is always visible; the accessible parts are React Aria's.
// https://react-spectrum.adobe.com/react-aria/

import { type ReactNode, startTransition, useId, useLayoutEffect, useRef } from 'react';
import {
	Button,
	Input,
	Label,
	ListBox,
	ListBoxItem,
	Popover,
	Select,
	SelectValue,
	Slider,
	SliderOutput,
	SliderThumb,
	SliderTrack,
	TextField,
} from 'react-aria-components';

export function TextInput({
	label,
	value,
	onChange,
	rows,
	width,
	numeric = false,
}: {
	readonly label: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly rows?: number;
	readonly width?: string;
	readonly numeric?: boolean;
}) {
	if (rows) return <LongInput label={label} value={value} onChange={onChange} rows={rows} />;
	return (
		<TextField className="field" value={value} onChange={onChange} {...(width ? { style: { maxWidth: width } } : {})}>
			<Label>{label}</Label>
			<Input dir="auto" spellCheck={false} autoComplete="off" inputMode={numeric ? 'numeric' : 'text'} />
		</TextField>
	);
}

/** The browser alone keeps the text of a long field, and what is typed goes up as a transition: 100,000 characters are not compared,
 * copied or drawn again before the letter is on the screen. */
function LongInput({
	label,
	value,
	onChange,
	rows,
}: {
	readonly label: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly rows: number;
}) {
	const id = useId();
	const field = useRef<HTMLTextAreaElement>(null);
	const first = useRef(value);
	/** Typed and on their way up: their coming back changes nothing here. */
	const typed = useRef<string[]>([value]);
	useLayoutEffect(() => {
		const at = typed.current.lastIndexOf(value);
		typed.current = at < 0 ? [value] : typed.current.slice(at);
		if (at < 0 && field.current) field.current.value = value;
	}, [value]);
	return (
		<div className="field">
			<label htmlFor={id}>{label}</label>
			<textarea
				id={id}
				ref={field}
				rows={rows}
				dir="auto"
				spellCheck={false}
				defaultValue={first.current}
				onChange={(event) => {
					const text = event.currentTarget.value;
					typed.current.push(text);
					startTransition(() => onChange(text));
				}}
			/>
		</div>
	);
}

export interface Choice {
	readonly id: string;
	readonly name: string;
}

export function Choose({
	label,
	choices,
	value,
	onChange,
	compact = false,
}: {
	readonly label: string;
	readonly choices: readonly Choice[];
	readonly value: string;
	readonly onChange: (id: string) => void;
	readonly compact?: boolean;
}) {
	return (
		<Select
			className={compact ? 'field compact' : 'field'}
			value={value}
			onChange={(key) => key !== null && onChange(String(key))}
			{...(compact ? { 'aria-label': label } : {})}
		>
			{!compact && <Label className="label">{label}</Label>}
			<Button className="select">
				<SelectValue />
				<span aria-hidden="true" className="chevron" />
			</Button>
			<Popover className="popover list">
				<ListBox items={choices}>
					{(choice) => (
						<ListBoxItem id={choice.id} textValue={choice.name}>
							{choice.name}
						</ListBoxItem>
					)}
				</ListBox>
			</Popover>
		</Select>
	);
}

export function Slide({
	label,
	value,
	onChange,
	min,
	max,
	step,
	format,
}: {
	readonly label: string;
	readonly value: number;
	readonly onChange: (value: number) => void;
	readonly min: number;
	readonly max: number;
	readonly step: number;
	readonly format?: Intl.NumberFormatOptions;
}) {
	return (
		<Slider
			className="slider"
			value={value}
			onChange={(v) => onChange(v as number)}
			minValue={min}
			maxValue={max}
			step={step}
			{...(format ? { formatOptions: format } : {})}
		>
			<Label>{label}</Label>
			<SliderOutput />
			<SliderTrack>
				<SliderThumb />
			</SliderTrack>
		</Slider>
	);
}

export function Push({
	children,
	onPress,
	kind = 'plain',
	disabled = false,
	submit = false,
	label,
}: {
	readonly children: ReactNode;
	readonly onPress?: () => void;
	readonly kind?: 'plain' | 'main' | 'quiet';
	readonly disabled?: boolean;
	/** Sends the form that it stands in. */
	readonly submit?: boolean;
	readonly label?: string;
}) {
	return (
		<Button
			className={`push ${kind}`}
			type={submit ? 'submit' : 'button'}
			isDisabled={disabled}
			{...(onPress && { onPress })}
			{...(label && { 'aria-label': label })}
		>
			{children}
		</Button>
	);
}
