// The frame: name, views, model, language, colours; and the view itself.

import { Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { type Language, languages, pickLanguage, SpeechContext, speech, useMessages } from './messages/index.ts';
import { PlaceProvider, usePlace } from './state/place.tsx';
import { type Theme, useStored } from './state/settings.ts';
import { useSettled } from './state/settled.ts';
import { Boundary } from './ui/boundary.tsx';
import { copyText } from './ui/copy.ts';
import { Choose, Push } from './ui/fields.tsx';
import { views } from './views/views.ts';

export function App() {
	const [language, setLanguage] = useStored<Language>('language', pickLanguage(navigator.languages));
	const [theme, setTheme] = useStored<Theme>('theme', 'system');
	const words = useMemo(() => speech(language), [language]);
	useEffect(() => {
		document.documentElement.lang = language;
	}, [language]);
	useEffect(() => {
		if (theme === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = theme;
	}, [theme]);
	return (
		<SpeechContext value={words}>
			<I18nProvider locale={language}>
				<PlaceProvider>
					<Header language={language} setLanguage={setLanguage} theme={theme} setTheme={setTheme} />
					<View />
					<Footer />
				</PlaceProvider>
			</I18nProvider>
		</SpeechContext>
	);
}

function Header(props: { language: Language; setLanguage: (l: Language) => void; theme: Theme; setTheme: (t: Theme) => void }) {
	const t = useMessages();
	const { view, go } = usePlace();
	const active = useRef<HTMLButtonElement>(null);
	const current = views.find(({ id }) => id === view) ?? views[0]!;
	// On a phone the menu scrolls: the view that is open stays in sight. (scrollIntoView would have the first Tab begin there.)
	useEffect(() => {
		const button = active.current?.getBoundingClientRect();
		const menu = active.current?.parentElement;
		if (!button || !menu) return;
		const { left, right: end } = menu.getBoundingClientRect();
		// Its end fades.
		const right = end - Number.parseFloat(getComputedStyle(menu).paddingInlineEnd);
		menu.scrollLeft += Math.max(0, button.right - right) - Math.max(0, left - button.left);
	}, [current.id]);
	return (
		<header className="top">
			<button type="button" className="skip" onClick={() => document.getElementById('content')?.focus()}>
				{t.skip}
			</button>
			<h1 className="brand">
				<span lang="ko" aria-hidden="true">
					통사
				</span>{' '}
				{t.title}
			</h1>
			<nav className="views" aria-label={t.nav.label}>
				{views.map(({ id }) => (
					<button
						key={id}
						ref={id === current.id ? active : null}
						type="button"
						aria-current={id === current.id ? 'page' : undefined}
						onClick={() => go({ view: id, options: {} })}
					>
						{t.nav[id]}
					</button>
				))}
			</nav>
			<div className="settings">
				<Choose
					compact
					label={t.language}
					choices={languages}
					value={props.language}
					onChange={(id) => props.setLanguage(id as Language)}
				/>
				<Choose
					compact
					label={t.theme.label}
					choices={(['system', 'light', 'dark'] as const).map((id) => ({ id, name: t.theme[id] }))}
					value={props.theme}
					onChange={(id) => props.setTheme(id as Theme)}
				/>
			</div>
		</header>
	);
}

function View() {
	const t = useMessages();
	const { view, options } = usePlace();
	const settled = useSettled(`${view} ${options['step']}`);
	const { id, View: Shown } = views.find((known) => known.id === view) ?? views[0]!;
	useEffect(() => {
		document.title = `${t.nav[id]} · ${t.title}`;
	}, [t, id]);
	return (
		<main id="content" tabIndex={-1} data-settled={settled}>
			<Boundary key={id}>
				<Suspense fallback={null}>
					<Shown />
				</Suspense>
			</Boundary>
		</main>
	);
}

function Footer() {
	const t = useMessages();
	const [copied, setCopied] = useState<boolean>();
	async function copy() {
		const worked = await copyText(location.href);
		setCopied(worked);
		if (worked) setTimeout(() => setCopied(undefined), 2000);
	}
	return (
		<footer>
			<p>{t.privacy}</p>
			<Push kind="quiet" onPress={() => void copy()}>
				{copied ? t.copied : t.copyLink}
			</Push>
			{copied === false && <input readOnly value={location.href} aria-label={t.copyLink} onFocus={(e) => e.currentTarget.select()} />}
		</footer>
	);
}
