"""Networks as scikit-learn's estimators: in its pipelines, searches and scores they are one more model.

>>> from sklearn.model_selection import GridSearchCV
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> X, y = [[0.0], [1.0], [2.0], [30.0], [31.0], [32.0]] * 2, ["small", "small", "small", "large", "large", "large"] * 2
>>> model = make_pipeline(StandardScaler(), NetworkClassifier((8,), learning_rate_init=0.05, tol=0.01, random_state=0))
>>> search = GridSearchCV(model, {"networkclassifier__activation": ["tanh", "relu"]}, cv=2).fit(X, y)
>>> search.predict([[1.0], [31.0]])
array(['small', 'large'], dtype='<U5')

Names and defaults are those of scikit-learn's `MLPClassifier` and `MLPRegressor`, so that a program needs to change its
import only. What differs:

- `network`: any network of ours, as a function of the numbers of inputs and outputs; `loss`: of your own, too.
- `solver` and `activation` know all names of `optim` and `nn`, and take rules and functions as well.
- `penalty` may be "l1".
- A weight of 2 is the sample twice whatever the size of a batch, and a weight of 0 is no sample.
- partial_fit goes on with the order of the samples: n calls are one fit of n epochs, bit for bit.
- `random_state=None` draws from the common generator, which `microgradphys.seed` starts, not from numpy's.
- Biases begin with 0, so the numbers are others than scikit-learn's; from the same weights on, training is the same.
- For several targets, the squared error is their mean; with a warm start, each fit waits anew for the loss to fall.
- `verbose` shows a bar, not lines.
- Sparse matrices are refused: a network computes with dense arrays.

In reading order:

base          what the classifier and the regressor have in common
classifier    which class, and how sure
regressor     a number, or several
options       their options, taken as what they mean
samples       inputs, targets in columns, and how much each sample counts
networks      layers by their sizes, or a network of the user's
goals         loss and penalty
teaching      one fit
programs      programs of training, kept from one fit to the next
watching      when to stop, at what rate to learn
quasi_newton  training by L-BFGS
storing       how an estimator travels to another process
"""

from microgradphys.errors import MissingExtraError

try:
    from microgradphys.estimators.classifier import NetworkClassifier
    from microgradphys.estimators.regressor import NetworkRegressor
except ImportError as error:
    if str(error.name).partition(".")[0] != "sklearn":
        raise
    raise MissingExtraError(
        "microgradphys.estimators needs scikit-learn: pip install 'microgradphys[train]'"
    ) from error

__all__ = ["NetworkClassifier", "NetworkRegressor"]
