// The studio starts here.

import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import './styles/base.css';
import './styles/fields.css';
import './styles/tokens.css';
import './styles/tables.css';
import './styles/matrix.css';
import './styles/cards.css';
import './styles/lesson.css';
import './styles/views.css';
import './styles/open.css';
import './styles/attention.css';
import './styles/lens.css';
import './styles/map.css';
import './styles/generate.css';

createRoot(document.getElementById('studio')!).render(<App />);
