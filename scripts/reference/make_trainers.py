"""Writes test/fixtures/training/bpe.json: what Hugging Face's trainers make of test/fixtures/tokenizer/running.txt, by several settings.
Words are what lies between white space, so that a reader can count them. Run: python scripts/reference/make_trainers.py (tokenizers 0.23)"""
import collections, json, os
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, '../../test/fixtures')
lines = open(os.path.join(FIXTURES, 'tokenizer/running.txt'), encoding='utf8').read().split('\n')

# Of characters that occur equally often, which ones a limit on the alphabet keeps differs from run to run there: the limit is where counts part.
counts = sorted(collections.Counter(c for line in lines for word in line.split() for c in word).values(), reverse=True)
LIMIT = next(n for n in range(250, 400) if counts[n - 1] > counts[n])

# No case has a prefix or suffix: the ids of such symbols, which decide ties, come in the order of a hash map.
CASES = {
    'plain': dict(vocab_size=2000),
    'frequency': dict(vocab_size=20000, min_frequency=7),
    'special': dict(vocab_size=1500, special_tokens=['<s>', '</s>']),
    'alphabet': dict(vocab_size=1200, limit_alphabet=LIMIT),
    'length': dict(vocab_size=1800, max_token_length=4),
}

def merges_of(tokenizer):
    return [list(pair) if isinstance(pair, list) else pair.split(' ') for pair in json.loads(tokenizer.to_str())['model']['merges']]

out = {}
for name, options in CASES.items():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(show_progress=False, **options))
    vocabulary = tokenizer.get_vocab()
    out[name] = {'options': options, 'tokens': sorted(vocabulary, key=vocabulary.get), 'merges': merges_of(tokenizer)}
os.makedirs(os.path.join(FIXTURES, 'training'), exist_ok=True)
with open(os.path.join(FIXTURES, 'training/bpe.json'), 'w', encoding='utf8') as file:
    json.dump(out, file, ensure_ascii=False, separators=(',', ':'))
